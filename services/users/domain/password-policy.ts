import type { FieldError } from "@kernel/errors";
import { COMMON_PHRASES, COMMON_WORDS, RUNS } from "./common-passwords";

/** Minimum length for accounts without a second factor (NIST 800-63B-4), in code points. */
export const MIN_LENGTH = 15;
const MAX_LENGTH = 256;
const SHORTEST_RUN = 3;
/** A password of at most so many pieces is guessed within minutes. Pieces are common words, runs, repetitions and single characters. */
const TOO_FEW_PIECES = 3;
/** Maximum period of a repeated pattern that is detected. */
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

/** Number of pieces of the text, counted up to TOO_FEW_PIECES + 1. */
const countPieces = (text: string): number => {
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

const isGuessable = (password: string): boolean => {
	const text = password.toLowerCase();
	return COMMON_PHRASES.has(text) || repeatsItself(text) || countPieces(text) <= TOO_FEW_PIECES;
};

/** Normal form (NFKC) in which passwords are hashed, so that equivalent characters of different keyboards match (NIST 800-63B-4). */
export const normalPassword = (password: string): string => password.normalize("NFKC");

/** Checks length and guessability, without composition rules. @returns field errors for VALIDATION_FAILED; empty if the password is acceptable */
export const passwordErrors = (given: string, email: string): FieldError[] => {
	const error = (message: string): FieldError[] => [{ path: "/password", message }];
	const password = normalPassword(given);
	const length = [...password].length;
	if (length < MIN_LENGTH) return error(`must have at least ${MIN_LENGTH} characters`);
	if (length > MAX_LENGTH) return error(`must have at most ${MAX_LENGTH} characters`);
	if (password.toLowerCase() === email.toLowerCase()) return error("must not be the e-mail address");
	return isGuessable(password) ? error("is too easy to guess") : [];
};
