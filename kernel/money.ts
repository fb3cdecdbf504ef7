/** An amount in integer minor units (cents, yen, fils) of an ISO 4217 currency. Never a float. */
export interface Money {
	readonly amount: number;
	readonly currency: string;
}

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

export const isCurrency = (code: string): boolean => CURRENCIES.has(code);

const decimalsByCurrency = new Map<string, number>();

/** Decimals of the currency's minor unit: 0 (JPY), 2 (EUR) or 3 (KWD). Source: the CLDR data of Node.js. */
export const decimalsOf = (currency: string): number => {
	const cached = decimalsByCurrency.get(currency);
	if (cached !== undefined) return cached;
	const { maximumFractionDigits } = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
	const decimals = maximumFractionDigits ?? 2;
	decimalsByCurrency.set(currency, decimals);
	return decimals;
};

/** @throws RangeError if the amount is not a safe integer. Such an amount is a defect, not a rejection. */
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

/** `amount * numerator / denominator`, calculated exactly and rounded once, half to even. All are integers; the denominator is not 0. */
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
 * Splits an amount in proportion to weights by the largest-remainder method; the earlier part wins a tie. The parts always sum to the amount.
 *
 * @param weights integers of 0 or more, at least one of them above 0
 * @throws RangeError if no weight is above 0
 */
export const splitProportionally = (amount: number, weights: readonly number[]): number[] => {
	const whole = weights.reduce((before, weight) => before + BigInt(weight), 0n);
	if (whole <= 0n) throw new RangeError("at least one weight must be above 0");
	const sign = amount < 0 ? -1 : 1;
	const size = magnitude(BigInt(amount));
	const shares = weights.map((weight) => size * BigInt(weight));
	const parts = shares.map((share) => share / whole);
	const left = Number(size - parts.reduce((before, part) => before + part, 0n));
	const byRest = shares
		.map((share, index) => ({ index, rest: share % whole }))
		.sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
	const roundedUp = new Set(byRest.slice(0, left).map(({ index }) => index));
	return parts.map((part, index) => sign * (Number(part) + (roundedUp.has(index) ? 1 : 0)) || 0);
};

/** Parses an amount in major units, such as "19.99", to minor units. Undefined if the text has another format or too many decimals. */
export const parseMajor = (text: string, decimals: number): number | undefined => {
	const match = /^(\d{1,13})(?:\.(\d+))?$/.exec(text);
	if (!match) return undefined;
	const [, whole = "", fraction = ""] = match;
	const significant = fraction.replace(/0+$/, "");
	if (significant.length > decimals) return undefined;
	const amount = Number(whole + significant.padEnd(decimals, "0"));
	return Number.isSafeInteger(amount) ? amount : undefined;
};

/** Formats minor units in major units: 1999 with 2 decimals is "19.99". */
export const formatMajor = (amount: number, decimals: number): string => {
	const digits = String(Math.abs(amount)).padStart(decimals + 1, "0");
	const sign = amount < 0 ? "-" : "";
	return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
};
