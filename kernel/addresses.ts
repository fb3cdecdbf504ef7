import { getAlpha2Codes } from "i18n-iso-countries";
import { postcodeValidator, postcodeValidatorExistsForCountry } from "postcode-validator";
import type { FieldError } from "./errors";

const COUNTRIES: ReadonlySet<string> = new Set(Object.keys(getAlpha2Codes()));

/** Where mail does not arrive without a postal code. Elsewhere one may be left out, but what is given must have the country's form. */
const COUNTRIES_WITH_REQUIRED_POSTAL_CODE: ReadonlySet<string> = new Set(
	(
		"AS AT AU AX BE BG BL BR CA CH CN CY CZ DE DK EE ES FI FK FM FO FR GB GF GG GL GP GR GU HR HU IM IN IT JE JP KR LI LT LU LV MC MF MH MP MQ MT MX MY " +
		"NC NL NO NZ PL PM PR PT PW RE RO RU SE SG SI SJ SK SM TR TW UA US VA VI WF YT ZA"
	).split(" "),
);

/** The spellings of a code that differ in case, spaces and dashes only: people write all of them, the tables know one or two. */
const spellings = (code: string): string[] => {
	const compact = code.toUpperCase().replace(/[\s-]/g, "");
	const split = Array.from({ length: compact.length - 1 }, (_, at) => [compact.slice(0, at + 1), compact.slice(at + 1)] as const);
	return [code.toUpperCase().trim(), compact, ...split.flatMap(([head, tail]) => [`${head} ${tail}`, `${head}-${tail}`])];
};

const MAX_LENGTH = 20;

const isPostalCodeOf = (code: string, country: string): boolean =>
	code.length <= MAX_LENGTH && spellings(code).some((spelling) => postcodeValidator(spelling, country));

/**
 * What a schema cannot say of an address: whether the country exists (ISO 3166-1) and the postal code is one of its.
 *
 * @param path of the address in the request, "" where it is the whole of it: "/shippingAddress"
 * @returns VALIDATION_FAILED's errors; none: it is good. A country whose codes are not known takes any, or none
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
