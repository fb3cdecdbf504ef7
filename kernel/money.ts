/** An amount in integer minor units (cents, yen, fils) of an ISO 4217 currency. Never a float. */
export interface Money {
	readonly amount: number;
	readonly currency: string;
}

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

export const isCurrency = (code: string): boolean => CURRENCIES.has(code);

const known = new Map<string, number>();

/** Decimals of the currency's minor unit: 0 (JPY), 2 (EUR) or 3 (KWD). Source: CLDR, which Node carries. */
export const decimalsOf = (currency: string): number => {
	const remembered = known.get(currency);
	if (remembered !== undefined) return remembered;
	const { maximumFractionDigits } = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
	const decimals = maximumFractionDigits ?? 2;
	known.set(currency, decimals);
	return decimals;
};

/** @throws RangeError where the amount is no safe integer: a sum that large is a defect, not a refusal */
export const money = (amount: number, currency: string): Money => {
	if (!Number.isSafeInteger(amount)) throw new RangeError(`not a safe amount in minor units: ${amount}`);
	return { amount, currency };
};

export const sum = (amounts: readonly number[]): number => {
	const total = amounts.reduce((before, amount) => before + amount, 0);
	if (!Number.isSafeInteger(total)) throw new RangeError(`not a safe amount in minor units: ${total}`);
	return total;
};

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** `amount * numerator / denominator`, exact, rounded once, half to even. All are integers; the denominator is not 0. */
export const scale = (amount: number, numerator: number, denominator: number): number => {
	const dividend = BigInt(amount) * BigInt(numerator);
	const divisor = BigInt(denominator);
	const quotient = dividend / divisor;
	const twiceRest = 2n * magnitude(dividend % divisor);
	const size = magnitude(divisor);
	const up = twiceRest > size || (twiceRest === size && quotient % 2n !== 0n);
	const away = dividend < 0n === divisor < 0n ? 1n : -1n;
	return Number(up ? quotient + away : quotient);
};

/**
 * Splits an amount in proportion to weights; the parts always sum to the amount (largest remainder, the earlier part first at a tie).
 *
 * @param weights integers of 0 or more, at least one of them above 0
 */
export const splitProportionally = (amount: number, weights: readonly number[]): number[] => {
	const whole = weights.reduce((before, weight) => before + BigInt(weight), 0n);
	if (whole <= 0n) throw new RangeError("nothing to allocate to");
	const sign = amount < 0 ? -1 : 1;
	const size = magnitude(BigInt(amount));
	const shares = weights.map((weight) => size * BigInt(weight));
	const parts = shares.map((share) => share / whole);
	const left = Number(size - parts.reduce((before, part) => before + part, 0n));
	const byRest = shares
		.map((share, index) => ({ index, rest: share % whole }))
		.sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
	const lucky = new Set(byRest.slice(0, left).map(({ index }) => index));
	return parts.map((part, index) => sign * (Number(part) + (lucky.has(index) ? 1 : 0)) || 0);
};

/** "19.99" in the currency's major unit, as price lists write it, to minor units; undefined where it is not written so exactly. */
export const parseMajor = (text: string, decimals: number): number | undefined => {
	const match = /^(\d{1,13})(?:\.(\d+))?$/.exec(text);
	if (!match) return undefined;
	const [, whole = "", fraction = ""] = match;
	const significant = fraction.replace(/0+$/, "");
	if (significant.length > decimals) return undefined;
	const amount = Number(whole + significant.padEnd(decimals, "0"));
	return Number.isSafeInteger(amount) ? amount : undefined;
};

/** Minor units as price lists write them: 1999 and 2 decimals are "19.99". */
export const formatMajor = (amount: number, decimals: number): string => {
	const digits = String(Math.abs(amount)).padStart(decimals + 1, "0");
	const sign = amount < 0 ? "-" : "";
	return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
};
