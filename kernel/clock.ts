/** Milliseconds since the epoch. Domain code never reads a clock: the time comes in the command. Safety never rests on it (I11). */
export type Clock = () => number;

/** RFC 3339 in UTC, as every answer gives times. */
export const rfc3339 = (atMs: number): string => new Date(atMs).toISOString();
