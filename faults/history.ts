import type { Order } from "@services/orders/orders.contract";

/** The final reply to a checkout, retries included. Status 0: no reply before the client stopped retrying. */
export interface CheckoutResult {
	readonly status: number;
	readonly code: string | null;
	readonly order: (Order & { readonly orderToken?: string }) | null;
}

export interface Attempt {
	readonly token: string;
	readonly key: string;
	readonly told: CheckoutResult;
}

/** The quantity of a SKU in a cart as replied: exact, or a range if a reply is missing. */
export interface QuantityRange {
	min: number;
	max: number;
}

/** A cart as its owner knows it. */
export interface CartRecord {
	readonly cartId: string;
	/** Null for a guest. */
	readonly customer: string | null;
	readonly lines: Map<string, QuantityRange>;
	readonly attempts: Attempt[];
	/** The outcome that the provider was made to send by webhook. */
	promised: "authorized" | "declined" | null;
}

export interface StaffOperation {
	readonly kind: "cancel" | "refund" | "ship" | "deliver";
	readonly orderId: string;
	/** Id of the shipment, if known. */
	readonly shipmentId: string | null;
	/** Amount of a refund in minor units. */
	readonly amount: number;
	/** "unclear": no reply arrived. */
	readonly outcome: "done" | "refused" | "unclear";
}

/** A violation found by the campaign. */
export interface Finding {
	readonly rule: string;
	readonly subject: string;
	readonly what: string;
}

/** The history of all replies to shoppers and staff. It is recorded outside the program and compared with the stored data. */
export interface History {
	readonly carts: CartRecord[];
	readonly staffOperations: StaffOperation[];
	/** Violations observed during the campaign. */
	readonly findings: Finding[];
	/** Number of requests by result: a status, "cut" or "late". */
	readonly answers: Map<string, number>;
	/** Replies that no client should receive, such as a 500, with an example of each. */
	readonly unexpectedAnswers: Map<string, { count: number; example: string }>;
}

export const emptyHistory = (): History => ({
	carts: [],
	staffOperations: [],
	findings: [],
	answers: new Map(),
	unexpectedAnswers: new Map(),
});

export const increment = (counts: Map<string, number>, what: string): void => {
	counts.set(what, (counts.get(what) ?? 0) + 1);
};

export const isAccepted = ({ told: { status, order } }: Attempt): boolean => (status === 201 || status === 202) && order !== null;
