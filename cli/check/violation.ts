/** A violated invariant. */
export interface Violation {
	readonly invariant: string;
	readonly subject: string;
	readonly what: string;
}

export const violation = (invariant: string, subject: string, what: string): Violation => ({ invariant, subject, what });
