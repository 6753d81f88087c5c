// @ts-check
/** The words and field places of the wire format, as the page's `redrive-wire` block gives them. */

/** @typedef {any[]} Row `[kind, at_us, rule, ...fields of the kind]` */
/** @typedef {{kinds: string[], outcomes: string[], fates: string[], fields: string[][]}} WireTables */
/** @typedef {{seq: number, kind: string, at_us: number, rule: string, [field: string]: any}} TraceRecord */

const MEMBER = ["event", "invocation", "receive_count", "retries_used"];

export class Wire {
  /** @param {WireTables} tables */
  constructor(tables) {
    this.kinds = tables.kinds;
    this.outcomes = tables.outcomes;
    this.fates = tables.fates;
    this.fields = tables.fields;
  }

  /** @param {string} name the number of a kind, -1 where this wire has none */
  kind(name) {
    return this.kinds.indexOf(name);
  }

  /** Where a field stands in the row of its kind, -1 where it has none. @param {number} kind @param {string} field */
  place(kind, field) {
    const index = (this.fields[kind] ?? []).indexOf(field);
    return index < 0 ? -1 : index + 3;
  }

  /** A row with its words. @param {number} seq @param {Row} row @returns {TraceRecord} */
  record(seq, row) {
    const kind = row[0];
    /** @type {TraceRecord} */
    const record = { seq, kind: this.kinds[kind], at_us: row[1], rule: row[2] };
    this.fields[kind].forEach((field, index) => {
      record[field] = row[index + 3];
    });
    if ("outcome" in record) record.outcome = this.outcomes[record.outcome];
    if ("fate" in record) record.fate = this.fates[record.fate];
    if (Array.isArray(record.members)) record.members = record.members.map(memberOf);
    return record;
  }
}

/** @param {any} member a list in the order of the wire, or already an object */
function memberOf(member) {
  return Array.isArray(member) ? Object.fromEntries(MEMBER.map((name, index) => [name, member[index]])) : member;
}
