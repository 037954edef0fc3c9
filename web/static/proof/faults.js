/** What a check can come to, other than that all is well. `code` names a text of the page, `detail` fills it. */

class Fault extends Error {
  constructor(code, detail = {}) {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

/** Something does not match what was signed. */
export class Contradicted extends Fault {}

/** This browser could not look: nothing is said about the ledger. */
export class Unavailable extends Fault {}
