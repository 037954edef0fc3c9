/** Texts of the page, which come with it as a template, and times and numbers in its language. */

export class Words {
  /** `template`: holds an element with `data-word` for each text. `zone`: in which times are told. */
  constructor(template, language, zone) {
    const elements = template.content.querySelectorAll("[data-word]");
    this.texts = new Map(Array.from(elements, (element) => [element.dataset.word, element.textContent]));
    this.language = language === "en" ? "en-GB" : language;
    this.zone = zone;
  }

  /** A text with its values: `{size}` stands for `detail.size`. */
  say(name, detail = {}) {
    const text = this.texts.get(name) ?? name;
    return text.replace(/\{(\w+)\}/g, (_, key) => this.value(detail[key]));
  }

  has(name) {
    return this.texts.has(name);
  }

  value(value) {
    if (typeof value === "number") return value.toLocaleString(this.language);
    return value instanceof Date ? this.time(value) : String(value ?? "");
  }

  /** `12 maart 2026, 14.05`, as the pages write it. */
  time(date) {
    const day = date.toLocaleDateString(this.language, {
      day: "numeric", month: "long", year: "numeric", timeZone: this.zone,
    });
    const clock = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: this.zone });
    return `${day}, ${this.language === "nl" ? clock.replace(":", ".") : clock}`;
  }
}
