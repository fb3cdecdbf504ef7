import { checkBooks } from "../../cli/check/invariants";
import type { Finding } from "../record";
import { asOrdered, cartsUsable, nothingUntold, promisesKept } from "./buyers";
import { staffHeeded } from "./desk";
import { eventsInOrder } from "./event-order";
import type { Evidence, Judge } from "./evidence";
import { toldOnce } from "./mails";
import { moneyHasOwner, moneySettled } from "./money";
import { catalogueFresh, stockCounts } from "./shelves";

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
