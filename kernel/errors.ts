/** What a code means to a client: the HTTP status it comes with and a sentence for people. */
export interface ErrorEntry {
	readonly status: number;
	readonly title: string;
}

const entry = (status: number, title: string): ErrorEntry => ({ status, title });

/** Every code that a client can meet, once. docs/errors.md is made from this table. */
export const ERRORS = {
	INVALID_JSON: entry(400, "The body is not JSON that can be read."),
	VALIDATION_FAILED: entry(400, "Something in the request is missing or not allowed; errors names each field."),
	CSV_UNREADABLE: entry(400, "The file as a whole cannot be read as a product CSV."),
	UNAUTHENTICATED: entry(401, "This needs a valid access token."),
	INVALID_CREDENTIALS: entry(401, "The e-mail address, password or token is not right."),
	INVALID_SIGNATURE: entry(401, "The webhook is not signed with our secret, or its timestamp is too far away."),
	PAYMENT_DECLINED: entry(402, "The payment was declined."),
	INSUFFICIENT_FUNDS: entry(402, "The payment was declined: there is not enough money."),
	FORBIDDEN: entry(403, "Your role does not allow this."),
	NOT_FOUND: entry(404, "There is nothing here, or nothing for you."),
	PRODUCT_NOT_FOUND: entry(404, "There is no such product."),
	SKU_NOT_FOUND: entry(404, "There is no such SKU."),
	CART_NOT_FOUND: entry(404, "There is no such cart, or it is not yours."),
	LINE_NOT_FOUND: entry(404, "The cart has no such line."),
	ORDER_NOT_FOUND: entry(404, "There is no such order, or it is not yours."),
	SHIPMENT_NOT_FOUND: entry(404, "There is no such shipment."),
	PAYMENT_NOT_FOUND: entry(404, "There is no such payment."),
	PROVIDER_NOT_FOUND: entry(404, "There is no such payment provider."),
	USER_NOT_FOUND: entry(404, "There is no such user."),
	ADDRESS_NOT_FOUND: entry(404, "There is no such address."),
	DEAD_LETTER_NOT_FOUND: entry(404, "There is no such dead letter."),
	METHOD_NOT_ALLOWED: entry(405, "This address does not know the method."),
	REQUEST_TOO_SLOW: entry(408, "The request took too long to arrive."),
	OUT_OF_STOCK: entry(409, "There is not enough in stock; errors names each SKU and what is available."),
	CART_EMPTY: entry(409, "The cart has no lines."),
	CART_INCOMPLETE: entry(409, "The cart lacks something that an order needs; errors names each."),
	CART_ALREADY_ORDERED: entry(409, "The cart has become an order already."),
	CHECKOUT_IN_PROGRESS: entry(409, "The cart is being checked out."),
	CART_CHANGED: entry(
		409,
		"Prices, shipping or tax are not what the cart showed; it has been brought up to date, so look again and confirm.",
	),
	CURRENCY_MISMATCH: entry(409, "The currencies differ."),
	NOT_FOR_SALE: entry(409, "The product is not for sale."),
	ILLEGAL_TRANSITION: entry(409, "The state that this is in does not allow it."),
	STOCK_TOO_LOW: entry(409, "Less than nothing would be available."),
	AMOUNT_TOO_LARGE: entry(409, "The amount is more than what is left."),
	QUANTITY_TOO_LARGE: entry(409, "The quantity is more than what is left."),
	IDEMPOTENCY_IN_PROGRESS: entry(409, "The first request with this Idempotency-Key is still running."),
	SKU_TAKEN: entry(409, "Another variant has this SKU."),
	HANDLE_TAKEN: entry(409, "Another product has this handle."),
	IMPORT_IN_PROGRESS: entry(409, "Another import is running."),
	LAST_ADMINISTRATOR: entry(409, "The last administrator cannot be disabled or given another role."),
	PRECONDITION_FAILED: entry(412, "It has changed since you read it: your If-Match is stale."),
	BODY_TOO_LARGE: entry(413, "The body is larger than allowed."),
	URI_TOO_LONG: entry(414, "The address is longer than allowed."),
	UNSUPPORTED_MEDIA_TYPE: entry(415, "This address does not take that media type."),
	IDEMPOTENCY_KEY_REUSED: entry(422, "This Idempotency-Key came before with another request."),
	RATE_LIMITED: entry(429, "Too many requests; Retry-After says when to come again."),
	HEADERS_TOO_LARGE: entry(431, "The headers are larger than allowed."),
	INTERNAL: entry(500, "Something went wrong on our side."),
	PROVIDER_ERROR: entry(502, "The payment provider could not do it; nothing was changed."),
	UNAVAILABLE: entry(503, "Not available just now; Retry-After says when to come again."),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

export const isErrorCode = (code: unknown): code is ErrorCode => typeof code === "string" && Object.hasOwn(ERRORS, code);

/** One thing that is wrong: where (a path in the request such as "/lines/0/quantity"), and what. */
export interface FieldError {
	readonly path: string;
	readonly message: string;
	readonly [more: string]: unknown;
}
