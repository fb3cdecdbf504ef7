const KIB = 1_024;

/** What one file, row or product may hold. What is larger is refused by name, and never held in memory. */
export const LIMITS = {
	/** Bytes of one cell, as it stands in the file. */
	cellBytes: 1_024 * KIB,
	/** Bytes of one row. */
	rowBytes: 4_096 * KIB,
	columns: 1_000,
	/** Of what is too large or broken, so much is kept to find its handle. */
	remnantBytes: 64 * KIB,
	sliceBytes: 8 * KIB,
	/** Of the products whose rows lie apart from each other, as long as further ones are to come: about so much memory. */
	parkedBytes: 64 * KIB * KIB,
	handle: 255,
	sku: 64,
	barcode: 64,
	/** Characters of a title, a vendor, a type, a tag, the name of a category or option, a value. */
	line: 255,
	alt: 512,
	url: 2_048,
	seoDescription: 2_000,
	/** Characters of clean HTML. */
	description: 200_000,
	options: 3,
	variants: 2_048,
	media: 250,
	tags: 250,
	categoryDepth: 10,
	/** Minor units. */
	price: 1e12,
	weightGrams: 10_000_000,
	stock: 1_000_000_000,
	/** Of one product that is refused; what more is wrong with it is not told. */
	errors: 20,
} as const;
