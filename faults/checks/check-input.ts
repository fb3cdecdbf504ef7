import type { Books, OrderEntry } from "../../cli/check/snapshot";
import type { Publication } from "../event-tap";
import type { Goods } from "../test-products";
import { standing, type Attempt, type Basket, type Diary, type Finding, type StaffAct } from "../history";

/** All that is known when the faults have ended: what clients were told, and what the program has written. */
export interface Evidence {
	readonly diary: Diary;
	readonly goods: Goods;
	readonly books: Books;
	/** What the catalogue says of each SKU: whether it can be bought. */
	readonly shelves: ReadonlyMap<string, boolean>;
	/** Events as the broker delivered them. Empty where there is no broker. */
	readonly publications: readonly Publication[];
}

export type Judge = (evidence: Evidence) => Finding[];

export const finding = (rule: string, subject: string, what: string): Finding => ({ rule, subject, what });

export const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

export const isStanding = ({ state: { status } }: OrderEntry): boolean => status !== "cancelled";

/** The answers that promised an order, with the cart that each was for. */
export const promises = ({ baskets }: Diary): { readonly basket: Basket; readonly attempt: Attempt }[] =>
	baskets.flatMap((basket) => basket.attempts.filter(standing).map((attempt) => ({ basket, attempt })));

/** Those of one kind, by order: surely done, and perhaps done. */
export const actsOn = ({ acts }: Diary, kind: StaffAct["kind"], orderId: string) => {
	const same = acts.filter((act) => act.kind === kind && act.orderId === orderId);
	return { done: same.filter(({ outcome }) => outcome === "done"), unclear: same.filter(({ outcome }) => outcome === "unclear") };
};
