import { excerpt } from "../error-codes";
import type { ProductDraft } from "../product-draft";
import { cleanHtml } from "./html-sanitizer";
import { LIMITS } from "../limits";
import type { RowReader } from "./row-reader";
import { parseBoolean } from "./cell-values";

/** Fields of the product itself, which its first row contains. */
export type ProductFields = Pick<ProductDraft, "title" | "description" | "vendor" | "type" | "tags" | "categoryPath" | "status" | "seo">;

const parts = (text: string, separator: string | RegExp): string[] =>
	text
		.split(separator)
		.map((part) => part.trim())
		.filter((part) => part !== "");

const titleOf = (row: RowReader): string => {
	const title = row.short("title", LIMITS.line);
	if (title === "") row.note("TITLE_MISSING", "title");
	return title;
};

const descriptionOf = (row: RowReader): string => {
	const description = cleanHtml(row.lines("description"));
	if (description.length > LIMITS.description) {
		row.note("DESCRIPTION_TOO_LONG", "description", `${description.length} characters; at most ${LIMITS.description} are allowed`);
	}
	return description;
};

const tagsOf = (row: RowReader): string[] => {
	const tags = [...new Set(parts(row.text("tags"), ","))];
	if (tags.length > LIMITS.tags) row.note("TAGS_TOO_MANY", "tags", `${tags.length} tags; at most ${LIMITS.tags} are allowed`);
	const long = tags.find((tag) => tag.length > LIMITS.line);
	if (long !== undefined) row.note("TEXT_TOO_LONG", "tags", excerpt(long));
	return tags;
};

/** Shopify's notation for a product without a category. */
export const UNCATEGORIZED = "Uncategorized";
/** Id of a category in Shopify's taxonomy, whose name is unknown here. */
const CATEGORY_ID = /^(?:gid:\/\/.*|[a-z]{2}(?:-\d+)+)$/;

/** Path from the category, or else from the type, in which some files write a path: "Kitchen -> Coffee Machines". */
const categoryOf = (row: RowReader): string[] => {
	const category = row.text("category");
	if (category === UNCATEGORIZED) return [];
	const column = category === "" || CATEGORY_ID.test(category) ? "type" : "category";
	const path = parts(row.text(column), /-?>/);
	if (path.length > LIMITS.categoryDepth) row.note("CATEGORY_TOO_DEEP", column, `${path.length} levels`);
	const long = path.find((name) => name.length > LIMITS.line);
	if (long !== undefined) row.note("TEXT_TOO_LONG", column, excerpt(long));
	return path;
};

const STATUSES: ReadonlyMap<string, ProductDraft["status"]> = new Map([
	["active", "active"],
	["draft", "draft"],
	["archived", "archived"],
	// unlisted products are sold by direct link only; without that feature, hiding them is the safe choice
	["unlisted", "draft"],
]);

const statusOf = (row: RowReader): ProductDraft["status"] => {
	const published = row.value("published", parseBoolean, "BOOLEAN_INVALID", true);
	const status = row.value("status", (text) => STATUSES.get(text.toLowerCase()), "STATUS_INVALID", published ? "active" : "draft");
	// the product may be active in other channels, but is not published in the online store
	return status === "active" && !published ? "draft" : status;
};

export const productFields = (row: RowReader): ProductFields => ({
	title: titleOf(row),
	description: descriptionOf(row),
	vendor: row.short("vendor", LIMITS.line),
	type: row.short("type", LIMITS.line),
	tags: tagsOf(row),
	categoryPath: categoryOf(row),
	status: statusOf(row),
	seo: { title: row.short("seoTitle", LIMITS.line), description: row.short("seoDescription", LIMITS.seoDescription) },
});
