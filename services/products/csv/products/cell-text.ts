/** What a spreadsheet would run as a formula; OWASP, "CSV Injection". With apostrophes before it, it is text. */
const FORMULA = /^'*[=+\-@\t\r]/;
const GUARDED = /^'+[=+\-@\t\r]/;

/** Puts an apostrophe before what a spreadsheet would run. One that stands there already gets another, so that `bare` is the inverse. */
export const escapeFormula = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** Takes the apostrophe of `guarded` away again. */
export const unescapeFormula = (text: string): string => (GUARDED.test(text) ? text.slice(1) : text);

const CONTROL = /[\u0000-\u001f\u007f]+/g;
const CONTROL_BUT_SPACE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]+/g;
/** What nearly every cell is: nothing in it to tidy up. */
const TIDY = /^(?:[^\s'\u0000-\u001f\u007f](?:[^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f])?)?$/;

/** One line without control characters, and without space around it. */
export const oneLine = (cell: string): string => (TIDY.test(cell) ? cell : unescapeFormula(cell.trim()).replace(CONTROL, " ").trim());

/** Several lines, the same way. */
export const manyLines = (cell: string): string => unescapeFormula(cell.trim()).replace(CONTROL_BUT_SPACE, "").trim();
