import type { StoreSnapshot, OrderEntry } from "../../cli/check/snapshot";
import type { Publication } from "../event-tap";
import type { TestProducts } from "../test-products";
import { isAccepted, type Attempt, type CartRecord, type History, type Finding, type StaffOperation } from "../history";

/** The input of the checks after the faults: replies to clients and stored data. */
export interface CheckInput {
	readonly history: History;
	readonly products: TestProducts;
	readonly snapshot: StoreSnapshot;
	/** Whether the catalogue shows each SKU as available. */
	readonly availability: ReadonlyMap<string, boolean>;
	/** Events in the order of delivery by the broker. Empty without a broker. */
	readonly publications: readonly Publication[];
}

export type Check = (evidence: CheckInput) => Finding[];

export const finding = (rule: string, subject: string, what: string): Finding => ({ rule, subject, what });

export const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

export const isStanding = ({ state: { status } }: OrderEntry): boolean => status !== "cancelled";

/** Checkouts whose replies promised an order, with their carts. */
export const promises = ({ carts }: History): { readonly cartRecord: CartRecord; readonly attempt: Attempt }[] =>
	carts.flatMap((cartRecord) => cartRecord.attempts.filter(isAccepted).map((attempt) => ({ cartRecord, attempt })));

/** Staff operations of one kind by order: certainly done, and possibly done. */
export const actsOn = ({ staffOperations }: History, kind: StaffOperation["kind"], orderId: string) => {
	const same = staffOperations.filter((act) => act.kind === kind && act.orderId === orderId);
	return { done: same.filter(({ outcome }) => outcome === "done"), unclear: same.filter(({ outcome }) => outcome === "unclear") };
};
