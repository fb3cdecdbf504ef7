import fc from "fast-check";
import { isRejection } from "@kernel/rejection";
import { compose } from "@services/products/domain/compose";
import type { Product } from "@services/products/domain/model";
import type { Proposal } from "@services/products/domain/proposal";

/** A product as the store holds it. */
export const stored = (id: string, proposal: Proposal, createdAt = 1): Product => {
	const content = compose(id, proposal, null);
	if (isRejection(content)) throw new Error(JSON.stringify(content));
	return { id, content, createdAt, updatedAt: createdAt };
};

const price = fc.integer({ min: 1, max: 9 }).map((n) => n * 100);
const sizes = fc.uniqueArray(fc.constantFrom("S", "M", "L"), { minLength: 1, maxLength: 3 });
const colors = fc.uniqueArray(fc.constantFrom("Red", "Blue"), { minLength: 1, maxLength: 2 });

export interface Sketch {
	readonly number: number;
	readonly proposal: Proposal;
	readonly createdAt: number;
	readonly stocked: readonly number[];
}

/** Generates products with many equal values, so that filters match several and sorts have ties. */
export const sketch = (number: fc.Arbitrary<number>): fc.Arbitrary<Sketch> =>
	fc
		.record({
			number,
			title: fc.constantFrom("Mug", "mug", "Jalapeño", "Jarra", "Café de olla", "Blue mug"),
			vendor: fc.constantFrom("Ana", "Luz", ""),
			type: fc.constantFrom("Cups", "Food"),
			tags: fc.uniqueArray(fc.constantFrom("hot", "new", "gift"), { maxLength: 3 }),
			categories: fc.uniqueArray(fc.constantFrom<string[]>(["Kitchen"], ["Kitchen", "Coffee"], ["Garden"], ["Garden", "Coffee"]), {
				maxLength: 2,
			}),
			status: fc.constantFrom("active" as const, "active" as const, "active" as const, "draft" as const),
			optionName: fc.constantFrom("Size", "size"),
			sizes,
			colors,
			prices: fc.array(price, { minLength: 6, maxLength: 6 }),
			currency: fc.constantFrom("EUR", "EUR", "EUR", "JPY"),
			createdAt: fc.integer({ min: 1, max: 4 }),
			stocked: fc.subarray([0, 1, 2, 3, 4, 5]),
		})
		.map(({ number: n, optionName, sizes: ss, colors: cs, prices, currency, createdAt, stocked, ...rest }) => ({
			number: n,
			createdAt,
			stocked,
			proposal: {
				...rest,
				handle: `p-${n}`,
				variants: ss
					.flatMap((size) => cs.map((Color) => ({ size, Color })))
					.map(({ size, Color }, index) => ({
						sku: `SKU-${n}-${index}`,
						options: { [optionName]: size, Color },
						price: { amount: prices[index] ?? 100, currency },
					})),
			},
		}));
