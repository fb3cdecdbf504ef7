import type { Order } from "@services/orders/orders.contract";

/** What a buyer was told in the end of one checkout, retries included. Status 0: nothing, and it gave up asking. */
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

/** How many units of a SKU a cart was told to hold: exactly, or, where an answer never came, between. */
export interface QuantityRange {
	min: number;
	max: number;
}

/** One cart, and all that its owner knows of it. */
export interface CartRecord {
	readonly cartId: string;
	/** Null: a guest. */
	readonly customer: string | null;
	readonly lines: Map<string, QuantityRange>;
	readonly attempts: Attempt[];
	/** What the provider was made to say by a webhook. */
	promised: "authorized" | "declined" | null;
}

export interface StaffOperation {
	readonly kind: "cancel" | "refund" | "ship" | "deliver";
	readonly orderId: string;
	/** Of the parcel, where it is known. */
	readonly shipmentId: string | null;
	/** Minor units; of refunds. */
	readonly amount: number;
	/** "unclear": its answer never came. */
	readonly outcome: "done" | "refused" | "unclear";
}

/** Something that must not be so, as the campaign found it. */
export interface Finding {
	readonly rule: string;
	readonly subject: string;
	readonly what: string;
}

/** Everything that the shoppers and the staff know: kept outside of the program, it is what the program's books are held against. */
export interface History {
	readonly carts: CartRecord[];
	readonly staffOperations: StaffOperation[];
	/** Seen while the campaign ran. */
	readonly findings: Finding[];
	/** Requests sent, by what became of them: a status, "cut", "late". */
	readonly answers: Map<string, number>;
	/** Answers that no client should see, such as a 500: with an example of each. */
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
