import { checkBooks } from "../../cli/check/invariants";
import type { Finding } from "../history";
import { asOrdered, cartsUsable, nothingUntold, promisesKept } from "./orders";
import { staffHeeded } from "./staff-operations";
import { eventsInOrder } from "./event-order";
import type { Evidence, Judge } from "./check-input";
import { toldOnce } from "./notifications";
import { moneyHasOwner, moneySettled } from "./payments";
import { catalogueFresh, stockCounts } from "./stock";

/** The invariants of the books, as `npm run check` has them. */
const invariants: Judge = ({ books }) =>
	checkBooks(books).violations.map(({ invariant, subject, what }) => ({ rule: `${invariant} of the books`, subject, what }));

const whileItRan: Judge = ({ diary }) => [...diary.findings];

const JUDGES: readonly Judge[] = [
	whileItRan,
	invariants,
	promisesKept,
	nothingUntold,
	asOrdered,
	cartsUsable,
	staffHeeded,
	stockCounts,
	catalogueFresh,
	moneySettled,
	moneyHasOwner,
	toldOnce,
	eventsInOrder,
];

/** Everything that is wrong between what clients were told and what is written. Before all has settled, some of it need not be. */
export const judge = (evidence: Evidence): Finding[] => JUDGES.flatMap((one) => one(evidence));
