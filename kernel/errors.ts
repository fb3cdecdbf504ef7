/** HTTP status and title of an error code. The title is a sentence for people. */
export interface ErrorEntry {
	readonly status: number;
	readonly title: string;
}

const entry = (status: number, title: string): ErrorEntry => ({ status, title });

/** All error codes that a client can receive. docs/errors.md is generated from this table. */
export const ERRORS = {
	INVALID_JSON: entry(400, "The request body is not valid JSON."),
	VALIDATION_FAILED: entry(400, "The request is invalid; errors lists each field."),
	CSV_UNREADABLE: entry(400, "The file could not be parsed as a product CSV."),
	UNAUTHENTICATED: entry(401, "A valid access token is required."),
	INVALID_CREDENTIALS: entry(401, "The e-mail address, password or token is incorrect."),
	INVALID_SIGNATURE: entry(401, "The webhook signature is invalid, or its timestamp is outside the allowed tolerance."),
	PAYMENT_DECLINED: entry(402, "The payment was declined."),
	INSUFFICIENT_FUNDS: entry(402, "The payment was declined: insufficient funds."),
	FORBIDDEN: entry(403, "Your role does not permit this action."),
	NOT_FOUND: entry(404, "The resource does not exist, or you do not have access to it."),
	PRODUCT_NOT_FOUND: entry(404, "Product not found."),
	SKU_NOT_FOUND: entry(404, "SKU not found."),
	CART_NOT_FOUND: entry(404, "Cart not found, or you do not have access to it."),
	LINE_NOT_FOUND: entry(404, "Line not found."),
	ORDER_NOT_FOUND: entry(404, "Order not found, or you do not have access to it."),
	SHIPMENT_NOT_FOUND: entry(404, "Shipment not found."),
	PAYMENT_NOT_FOUND: entry(404, "Payment not found."),
	PROVIDER_NOT_FOUND: entry(404, "Payment provider not found."),
	USER_NOT_FOUND: entry(404, "User not found."),
	ADDRESS_NOT_FOUND: entry(404, "Address not found."),
	DEAD_LETTER_NOT_FOUND: entry(404, "Dead letter not found."),
	METHOD_NOT_ALLOWED: entry(405, "This method is not supported for this URL."),
	REQUEST_TOO_SLOW: entry(408, "The request was not received in time."),
	OUT_OF_STOCK: entry(409, "Insufficient stock; errors lists each SKU with the available quantity."),
	CART_EMPTY: entry(409, "The cart is empty."),
	CART_INCOMPLETE: entry(409, "The cart is missing information required for checkout; errors lists each field."),
	CART_ALREADY_ORDERED: entry(409, "The cart has already been ordered."),
	CHECKOUT_IN_PROGRESS: entry(409, "A checkout of this cart is in progress."),
	CART_CHANGED: entry(409, "Prices, shipping or tax have changed. The cart has been updated; review it and check out again."),
	CURRENCY_MISMATCH: entry(409, "The currencies do not match."),
	NOT_FOR_SALE: entry(409, "The product is not available for purchase."),
	ILLEGAL_TRANSITION: entry(409, "The operation is not allowed in the current state."),
	STOCK_TOO_LOW: entry(409, "The adjustment would make the available quantity negative."),
	AMOUNT_TOO_LARGE: entry(409, "The amount exceeds the remaining amount."),
	QUANTITY_TOO_LARGE: entry(409, "The quantity exceeds the remaining quantity."),
	IDEMPOTENCY_IN_PROGRESS: entry(409, "A request with this Idempotency-Key is still in progress."),
	SKU_TAKEN: entry(409, "This SKU is already used by another variant."),
	HANDLE_TAKEN: entry(409, "This handle is already used by another product."),
	IMPORT_IN_PROGRESS: entry(409, "Another import is already in progress."),
	LAST_ADMINISTRATOR: entry(409, "The last administrator cannot be disabled or assigned another role."),
	PRECONDITION_FAILED: entry(412, "The resource has changed since you read it (If-Match does not match)."),
	BODY_TOO_LARGE: entry(413, "The request body exceeds the size limit."),
	URI_TOO_LONG: entry(414, "The URL exceeds the length limit."),
	UNSUPPORTED_MEDIA_TYPE: entry(415, "The Content-Type is not supported for this URL."),
	IDEMPOTENCY_KEY_REUSED: entry(422, "This Idempotency-Key was already used with a different request."),
	RATE_LIMITED: entry(429, "Too many requests; retry after the delay given in Retry-After."),
	HEADERS_TOO_LARGE: entry(431, "The request headers exceed the size limit."),
	INTERNAL: entry(500, "An unexpected error occurred."),
	PROVIDER_ERROR: entry(502, "The payment provider could not process the request; nothing was changed."),
	UNAVAILABLE: entry(503, "Temporarily unavailable; retry after the delay given in Retry-After."),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

export const isErrorCode = (code: unknown): code is ErrorCode => typeof code === "string" && Object.hasOwn(ERRORS, code);

/** One invalid field: its JSON pointer in the request, such as "/lines/0/quantity", and the message. */
export interface FieldError {
	readonly path: string;
	readonly message: string;
	readonly [more: string]: unknown;
}
