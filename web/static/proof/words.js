/** Texts of the seals in the language of the page, and times and numbers as it writes them. */

export class Words {
  /** `texts`: by name. `zone`: in which times are told. */
  constructor(texts, language, zone) {
    this.texts = new Map(Object.entries(texts));
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
