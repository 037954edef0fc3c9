/** Texts of the page, which come with it as a template, and times and numbers in its language. */

const ZONE = "Europe/Amsterdam";

export class Words {
  /** `template`: holds an element with `data-word` for each text. */
  constructor(template, language) {
    const elements = template.content.querySelectorAll("[data-word]");
    this.texts = new Map(Array.from(elements, (element) => [element.dataset.word, element.textContent]));
    this.language = language;
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
      day: "numeric", month: "long", year: "numeric", timeZone: ZONE,
    });
    const clock = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: ZONE });
    return `${day}, ${this.language === "nl" ? clock.replace(":", ".") : clock}`;
  }
}
