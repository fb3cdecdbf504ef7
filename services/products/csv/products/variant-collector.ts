import type { CsvProblem } from "../error-codes";
import type { Columns } from "../columns";
import type { ProductDraft, VariantDraft } from "../product-draft";
import { choicesOf, offersNoChoice, optionsOf, type Slot } from "./options";
import { makeSku } from "./sku-generator";
import type { VariantFields } from "./variant-fields";

/** Collects the variants of one product row by row. */
export interface VariantCollector {
	readonly size: number;
	/** @returns the reason to skip the row if its options or SKU duplicate those of an earlier variant */
	add(fields: VariantFields, values: readonly string[]): CsvProblem | undefined;
	clear(): void;
	/** Generates missing SKUs and records all SKUs of the product for the rest of the file. */
	finish(slots: readonly Slot[]): Pick<ProductDraft, "options" | "variants">;
}

/** @param skus SKUs of earlier products, mapped to the handles of their products */
export const variantCollector = (handle: string, { at }: Columns, skus: Map<string, string>): VariantCollector => {
	const lines = new Map<string, number>();
	const own = new Set<string>();
	let collected: { readonly fields: VariantFields; readonly values: readonly string[] }[] = [];

	const taken = (sku: string): boolean => own.has(sku) || skus.has(sku);

	const finish = (slots: readonly Slot[]): Pick<ProductDraft, "options" | "variants"> => {
		const noChoice = offersNoChoice(
			slots,
			collected.map(({ values }) => values),
		);
		const variants = collected.map(({ fields: { sku, ...rest }, values }): VariantDraft => {
			const named = sku === "" ? makeSku(handle, noChoice ? [] : values, taken) : sku;
			own.add(named);
			return { sku: named, ...rest, options: noChoice ? {} : choicesOf(slots, values) };
		});
		for (const { sku } of variants) skus.set(sku, handle);
		return {
			options: noChoice
				? []
				: optionsOf(
						slots,
						collected.map(({ values }) => values),
					),
			variants,
		};
	};

	return {
		get size() {
			return collected.length;
		},
		add(fields, values) {
			const { sku, line } = fields;
			const key = JSON.stringify(values);
			const same = lines.get(key);
			if (same !== undefined) return { code: "OPTIONS_DUPLICATE", column: at.option1Value, detail: `same as line ${same}` };
			if (sku !== "" && taken(sku))
				return { code: "SKU_DUPLICATE", column: at.sku, detail: `${sku} is used by ${skus.get(sku) ?? handle}` };
			lines.set(key, line);
			if (sku !== "") own.add(sku);
			collected.push({ fields, values });
			return undefined;
		},
		clear() {
			collected = [];
			lines.clear();
			own.clear();
		},
		finish,
	};
};
