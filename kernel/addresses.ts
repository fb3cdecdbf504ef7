import { getAlpha2Codes } from "i18n-iso-countries";
import { postcodeValidator, postcodeValidatorExistsForCountry } from "postcode-validator";
import type { FieldError } from "./errors";

const COUNTRIES: ReadonlySet<string> = new Set(Object.keys(getAlpha2Codes()));

/** Countries whose addresses need a postal code. Elsewhere it is optional, but a given code must have the country's format. */
const COUNTRIES_WITH_REQUIRED_POSTAL_CODE: ReadonlySet<string> = new Set(
	(
		"AS AT AU AX BE BG BL BR CA CH CN CY CZ DE DK EE ES FI FK FM FO FR GB GF GG GL GP GR GU HR HU IM IN IT JE JP KR LI LT LU LV MC MF MH MP MQ MT MX MY " +
		"NC NL NO NZ PL PM PR PT PW RE RO RU SE SG SI SJ SK SM TR TW UA US VA VI WF YT ZA"
	).split(" "),
);

/** Variants of a code that differ only in case, spaces and dashes. The validation tables accept one or two of them, shoppers write all of them. */
const spellings = (code: string): string[] => {
	const compact = code.toUpperCase().replace(/[\s-]/g, "");
	const split = Array.from({ length: compact.length - 1 }, (_, at) => [compact.slice(0, at + 1), compact.slice(at + 1)] as const);
	return [code.toUpperCase().trim(), compact, ...split.flatMap(([head, tail]) => [`${head} ${tail}`, `${head}-${tail}`])];
};

const MAX_LENGTH = 20;

const isPostalCodeOf = (code: string, country: string): boolean =>
	code.length <= MAX_LENGTH && spellings(code).some((spelling) => postcodeValidator(spelling, country));

/**
 * Checks that a schema cannot express: the country exists (ISO 3166-1) and the postal code has the country's format. A country whose format is
 * unknown accepts any postal code, or none.
 *
 * @param path JSON pointer to the address in the request, such as "/shippingAddress"; "" if the request is the address
 * @returns field errors for VALIDATION_FAILED; empty if the address is valid
 */
export const addressErrors = (address: { readonly country: string; readonly postalCode?: string | null }, path: string): FieldError[] => {
	const { country, postalCode } = address;
	if (!COUNTRIES.has(country)) return [{ path: `${path}/country`, message: "must be an ISO 3166-1 alpha-2 country code" }];
	if (!postcodeValidatorExistsForCountry(country)) return [];
	const code = postalCode?.trim() ?? "";
	if (code === "")
		return COUNTRIES_WITH_REQUIRED_POSTAL_CODE.has(country)
			? [{ path: `${path}/postalCode`, message: "is required in this country" }]
			: [];
	return isPostalCodeOf(code, country) ? [] : [{ path: `${path}/postalCode`, message: "is not a valid postal code in this country" }];
};
