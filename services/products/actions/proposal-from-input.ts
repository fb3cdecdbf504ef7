import type { ParamsOf } from "@kernel/contract";
import { cleanHtml } from "../csv/products/html-sanitizer";
import type { Proposal } from "../domain/proposal";
import { tidyLines } from "../domain/text";
import type { Products } from "../products.contract";

type Input = Partial<ParamsOf<typeof Products.create>>;

/** What staff ask for, as the domain takes it: the description cleaned, categories by their paths alone, what the program says itself left out. */
export const proposalFromInput = ({
	categories,
	description,
	variants,
	priceRange: _range,
	inStock: _inStock,
	createdAt: _createdAt,
	updatedAt: _updatedAt,
	version: _version,
	...rest
}: Input): Proposal => ({
	...rest,
	...(description !== undefined && { description: cleanHtml(tidyLines(description)) }),
	...(categories && { categories: categories.map(({ path }) => path) }),
	...(variants && { variants: variants.map(({ inStock: _, available: __, ...variant }) => variant) }),
});
