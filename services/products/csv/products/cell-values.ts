import { parseMajor } from "@kernel/money";
import { isAllowedImageUrl } from "../../domain/media";
import { LIMITS } from "../limits";

/**
 * "19.99" to minor units. A point only: "12,50" means something else somewhere. Zeros beyond the currency's decimals are fine ("1000.00" JPY),
 * but for exactly three digits, which may just as well be thousands ("1.000" EUR).
 *
 * @returns undefined where it is no such price
 */
export const parsePrice = (text: string, decimals: number): number | undefined => {
	const grouped = decimals < 3 && /\.\d{3}$/.test(text);
	const amount = grouped ? undefined : parseMajor(text, decimals);
	return amount !== undefined && amount <= LIMITS.price ? amount : undefined;
};

/** "453.59" to whole grams. */
export const parseGrams = (text: string): number | undefined => {
	if (!/^\d{1,9}(?:\.\d{1,20})?$/.test(text)) return undefined;
	const grams = Math.round(Number(text));
	return grams <= LIMITS.weightGrams ? grams : undefined;
};

/** "5", or "5.0" as some programs write whole numbers. */
export const parseStock = (text: string): number | undefined => {
	if (!/^\d{1,10}(?:\.0{1,20})?$/.test(text)) return undefined;
	const stock = Number(text);
	return stock <= LIMITS.stock ? stock : undefined;
};

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
	["true", true],
	["yes", true],
	["1", true],
	["false", false],
	["no", false],
	["0", false],
]);

export const parseBoolean = (text: string): boolean | undefined => BOOLEANS.get(text.toLowerCase());

/** The place of an image among the others, as a number to sort by. */
export const parsePosition = (text: string): number | undefined => (/^\d{1,6}$/.test(text) ? Number(text) : undefined);

/** An address that a page may show, with its spaces encoded. */
export const parseImageUrl = (text: string): string | undefined => {
	const url = text.replaceAll(" ", "%20");
	return url.length <= LIMITS.url && isAllowedImageUrl(url) ? url : undefined;
};
