import type { FieldError } from "@kernel/errors";
import { COMMON_PHRASES, COMMON_WORDS, RUNS } from "./common-passwords";

/** Of everybody who has no second factor (NIST 800-63B-4). Counted in code points. */
export const MIN_LENGTH = 15;
const MAX_LENGTH = 256;
const SHORTEST_RUN = 3;
/** Of so few pieces (words of the list, runs, repetitions, single characters) a password is found in minutes. */
const TOO_FEW_PIECES = 3;
const LONGEST_PERIOD = 8;

const runAt = (text: string, from: number): number => {
	let longest = 1;
	for (const run of RUNS) {
		for (let at = run.indexOf(text[from]!); at >= 0; at = run.indexOf(text[from]!, at + 1)) {
			let length = 1;
			while (length < text.length - from && text[from + length] === run[at + length]) length++;
			longest = Math.max(longest, length);
		}
	}
	return longest;
};

const repetitionAt = (text: string, from: number): number => {
	let length = 1;
	while (text[from + length] === text[from]) length++;
	return length;
};

const wordAt = (text: string, from: number): number =>
	Math.max(0, ...COMMON_WORDS.map((word) => (text.startsWith(word, from) ? word.length : 0)));

/** How many it is put together from; counted no further than it matters. */
const pieces = (text: string): number => {
	let count = 0;
	for (let at = 0; at < text.length && count <= TOO_FEW_PIECES; count++) {
		const pattern = Math.max(runAt(text, at), repetitionAt(text, at));
		at += Math.max(1, wordAt(text, at), pattern >= SHORTEST_RUN ? pattern : 1);
	}
	return count;
};

const repeatsItself = (text: string): boolean => {
	for (let period = 1; period <= Math.min(LONGEST_PERIOD, text.length / 2); period++) {
		if ([...text].every((letter, index) => index < period || letter === text[index - period])) return true;
	}
	return false;
};

const guessable = (password: string): boolean => {
	const text = password.toLowerCase();
	return COMMON_PHRASES.has(text) || repeatsItself(text) || pieces(text) <= TOO_FEW_PIECES;
};

/** NIST 800-63B-4: one form of what looks the same, whatever the keyboard sends. */
export const normalPassword = (password: string): string => password.normalize("NFKC");

/** Length, and none of those that are guessed first; no rules of composition. @returns VALIDATION_FAILED's errors; none: it is good */
export const passwordErrors = (given: string, email: string): FieldError[] => {
	const wrong = (message: string): FieldError[] => [{ path: "/password", message }];
	const password = normalPassword(given);
	const length = [...password].length;
	if (length < MIN_LENGTH) return wrong(`must have at least ${MIN_LENGTH} characters`);
	if (length > MAX_LENGTH) return wrong(`must have at most ${MAX_LENGTH} characters`);
	if (password.toLowerCase() === email.toLowerCase()) return wrong("must not be the e-mail address");
	return guessable(password) ? wrong("is one of those that are guessed first") : [];
};
