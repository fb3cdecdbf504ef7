import type { ParamsOf } from "@kernel/contract";
import { cleanHtml } from "../csv/products/html-sanitizer";
import type { Proposal } from "../domain/proposal";
import { tidyLines } from "../domain/text";
import type { Products } from "../products.contract";

type Input = Partial<ParamsOf<typeof Products.create>>;

/** Converts staff input to a proposal: sanitizes the description, reduces categories to their paths and drops read-only fields. */
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
