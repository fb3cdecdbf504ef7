import { parseMajor } from "@kernel/money";
import { isAllowedImageUrl } from "../../domain/media";
import { LIMITS } from "../limits";

/**
 * Parses "19.99" to minor units. Only a point is accepted, because "12,50" is ambiguous. Zeros beyond the currency's decimals are allowed
 * ("1000.00" JPY), except for exactly three digits, which may be a thousands group ("1.000" EUR).
 *
 * @returns undefined if the text is not a valid price
 */
export const parsePrice = (text: string, decimals: number): number | undefined => {
	const grouped = decimals < 3 && /\.\d{3}$/.test(text);
	const amount = grouped ? undefined : parseMajor(text, decimals);
	return amount !== undefined && amount <= LIMITS.price ? amount : undefined;
};

/** Parses "453.59" to whole grams. */
export const parseGrams = (text: string): number | undefined => {
	if (!/^\d{1,9}(?:\.\d{1,20})?$/.test(text)) return undefined;
	const grams = Math.round(Number(text));
	return grams <= LIMITS.weightGrams ? grams : undefined;
};

/** Parses "5" or "5.0"; some programs write whole numbers with decimals. */
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

/** Parses the sort position of an image. */
export const parsePosition = (text: string): number | undefined => (/^\d{1,6}$/.test(text) ? Number(text) : undefined);

/** Parses an image URL that is safe to show; spaces are encoded. */
export const parseImageUrl = (text: string): string | undefined => {
	const url = text.replaceAll(" ", "%20");
	return url.length <= LIMITS.url && isAllowedImageUrl(url) ? url : undefined;
};
