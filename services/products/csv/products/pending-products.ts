import type { CsvProblem } from "../error-codes";
import { LIMITS } from "../limits";
import type { ProductBuilder } from "./product-builder";

/** Incomplete products that wait for rows further down in the file. */
export interface PendingProducts {
	/** @returns false if the memory limit would be exceeded */
	add(product: ProductBuilder): boolean;
	take(handle: string): ProductBuilder | undefined;
	/** Rejects the pending products with these handles. */
	refuse(handles: ReadonlySet<string>, line: number, flaw: CsvProblem): void;
	/** Products that are still pending. */
	rest(): ProductBuilder[];
}

export const pendingProducts = (): PendingProducts => {
	const products = new Map<string, { readonly product: ProductBuilder; readonly bytes: number }>();
	let bytes = 0;
	return {
		add(product) {
			const own = product.bytes();
			if (bytes + own > LIMITS.parkedBytes) return false;
			products.set(product.handle, { product, bytes: own });
			bytes += own;
			return true;
		},
		take(handle) {
			const found = products.get(handle);
			products.delete(handle);
			bytes -= found?.bytes ?? 0;
			return found?.product;
		},
		refuse(handles, line, flaw) {
			if (products.size === 0) return;
			for (const handle of handles) products.get(handle)?.product.refuse(line, flaw);
		},
		rest: () => Array.from(products.values(), ({ product }) => product),
	};
};
