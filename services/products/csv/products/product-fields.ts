import { excerpt } from "../error-codes";
import type { ProductDraft } from "../product-draft";
import { cleanHtml } from "./html-sanitizer";
import { LIMITS } from "../limits";
import type { RowReader } from "./row-reader";
import { parseBoolean } from "./cell-values";

/** What the first row of a product says of the product itself. */
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
		row.note("DESCRIPTION_TOO_LONG", "description", `${description.length} characters, where ${LIMITS.description} are allowed`);
	}
	return description;
};

const tagsOf = (row: RowReader): string[] => {
	const tags = [...new Set(parts(row.text("tags"), ","))];
	if (tags.length > LIMITS.tags) row.note("TAGS_TOO_MANY", "tags", `${tags.length} tags, where ${LIMITS.tags} are allowed`);
	const long = tags.find((tag) => tag.length > LIMITS.line);
	if (long !== undefined) row.note("TEXT_TOO_LONG", "tags", excerpt(long));
	return tags;
};

/** How Shopify writes that there is no category. */
export const UNCATEGORIZED = "Uncategorized";
/** Shopify also takes the bare id of a category of its taxonomy, whose name we cannot know. */
const CATEGORY_ID = /^(?:gid:\/\/.*|[a-z]{2}(?:-\d+)+)$/;

/** The product's category; or else its type, in which some write a path: "Kitchen -> Coffee Machines". */
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
	// for sale to those who know its address: a shop that has no such thing should rather not show it
	["unlisted", "draft"],
]);

const statusOf = (row: RowReader): ProductDraft["status"] => {
	const published = row.value("published", parseBoolean, "BOOLEAN_INVALID", true);
	const status = row.value("status", (text) => STATUSES.get(text.toLowerCase()), "STATUS_INVALID", published ? "active" : "draft");
	// active elsewhere, perhaps, but its owner does not show it in the shop
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
