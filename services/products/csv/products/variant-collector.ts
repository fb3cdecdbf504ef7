import type { CsvProblem } from "../error-codes";
import type { Columns } from "../columns";
import type { ProductDraft, VariantDraft } from "../product-draft";
import { choicesOf, offersNoChoice, optionsOf, type Slot } from "./options";
import { makeSku } from "./sku-generator";
import type { VariantFields } from "./variant-fields";

/** The variants of one product, gathered row by row. */
export interface VariantCollector {
	readonly size: number;
	/** @returns why the row is left out: another variant of the product, or of a product before it, is the same */
	add(fields: VariantFields, values: readonly string[]): CsvProblem | undefined;
	clear(): void;
	/** With a SKU for those that came without one; all their SKUs are entered among those of the file. */
	finish(slots: readonly Slot[]): Pick<ProductDraft, "options" | "variants">;
}

/** @param skus of the products before it, and whose they are */
export const variantCollector = (handle: string, { at }: Columns, skus: Map<string, string>): VariantCollector => {
	const lines = new Map<string, number>();
	const own = new Set<string>();
	let gathered: { readonly fields: VariantFields; readonly values: readonly string[] }[] = [];

	const taken = (sku: string): boolean => own.has(sku) || skus.has(sku);

	const finish = (slots: readonly Slot[]): Pick<ProductDraft, "options" | "variants"> => {
		const noChoice = offersNoChoice(
			slots,
			gathered.map(({ values }) => values),
		);
		const variants = gathered.map(({ fields: { sku, ...rest }, values }): VariantDraft => {
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
						gathered.map(({ values }) => values),
					),
			variants,
		};
	};

	return {
		get size() {
			return gathered.length;
		},
		add(fields, values) {
			const { sku, line } = fields;
			const key = JSON.stringify(values);
			const same = lines.get(key);
			if (same !== undefined) return { code: "OPTIONS_DUPLICATE", column: at.option1Value, detail: `as in line ${same}` };
			if (sku !== "" && taken(sku)) return { code: "SKU_DUPLICATE", column: at.sku, detail: `${sku}, in ${skus.get(sku) ?? handle}` };
			lines.set(key, line);
			if (sku !== "") own.add(sku);
			gathered.push({ fields, values });
			return undefined;
		},
		clear() {
			gathered = [];
			lines.clear();
			own.clear();
		},
		finish,
	};
};
