/** Milliseconds since the epoch. Domain code never reads a clock; commands carry the time. Safety never depends on clocks (I11). */
export type Clock = () => number;

/** Formats a time as RFC 3339 in UTC, the format of all replies. */
export const rfc3339 = (atMs: number): string => new Date(atMs).toISOString();
