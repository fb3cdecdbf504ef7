import type { StoreSnapshot, OrderEntry } from "../../cli/check/snapshot";
import type { Publication } from "../event-tap";
import type { TestProducts } from "../test-products";
import { isAccepted, type Attempt, type CartRecord, type History, type Finding, type StaffOperation } from "../history";

/** All that is known when the faults have ended: what clients were told, and what the program has written. */
export interface CheckInput {
	readonly diary: History;
	readonly goods: TestProducts;
	readonly books: StoreSnapshot;
	/** What the catalogue says of each SKU: whether it can be bought. */
	readonly shelves: ReadonlyMap<string, boolean>;
	/** Events as the broker delivered them. Empty where there is no broker. */
	readonly publications: readonly Publication[];
}

export type Check = (evidence: CheckInput) => Finding[];

export const finding = (rule: string, subject: string, what: string): Finding => ({ rule, subject, what });

export const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

export const isStanding = ({ state: { status } }: OrderEntry): boolean => status !== "cancelled";

/** The answers that promised an order, with the cart that each was for. */
export const promises = ({ carts }: History): { readonly basket: CartRecord; readonly attempt: Attempt }[] =>
	carts.flatMap((basket) => basket.attempts.filter(isAccepted).map((attempt) => ({ basket, attempt })));

/** Those of one kind, by order: surely done, and perhaps done. */
export const actsOn = ({ staffOperations }: History, kind: StaffOperation["kind"], orderId: string) => {
	const same = staffOperations.filter((act) => act.kind === kind && act.orderId === orderId);
	return { done: same.filter(({ outcome }) => outcome === "done"), unclear: same.filter(({ outcome }) => outcome === "unclear") };
};
