const KIB = 1_024;

/** Limits of a file, row or product. Input beyond a limit is rejected with an error code and not kept in memory. */
export const LIMITS = {
	/** Bytes of one cell in the file, including quotes. */
	cellBytes: 1_024 * KIB,
	/** Bytes of one row. */
	rowBytes: 4_096 * KIB,
	columns: 1_000,
	/** Bytes kept from each end of an oversized row, to find its handle. */
	remnantBytes: 64 * KIB,
	sliceBytes: 8 * KIB,
	/** Approximate memory for incomplete products whose remaining rows follow later in the file. */
	parkedBytes: 64 * KIB * KIB,
	handle: 255,
	sku: 64,
	barcode: 64,
	/** Characters of a title, vendor, type, tag, category name, option name or option value. */
	line: 255,
	alt: 512,
	url: 2_048,
	seoDescription: 2_000,
	/** Characters of sanitized HTML. */
	description: 200_000,
	options: 3,
	variants: 2_048,
	media: 250,
	tags: 250,
	categoryDepth: 10,
	/** Amount in minor units. */
	price: 1e12,
	weightGrams: 10_000_000,
	stock: 1_000_000_000,
	/** Errors reported per rejected product; further ones are omitted. */
	errors: 20,
} as const;
