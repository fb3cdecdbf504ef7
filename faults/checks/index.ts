import { checkInvariants } from "../../cli/check/invariants";
import type { Finding } from "../history";
import { ordersMatchCarts, cartsUsable, noUnreportedOrders, acceptedOrdersExist } from "./orders";
import { staffOperationsApplied } from "./staff-operations";
import { eventsInOrder } from "./event-order";
import type { CheckInput, Check } from "./check-input";
import { notifiedOnce } from "./notifications";
import { paymentsBelongToOrders, paymentsSettled } from "./payments";
import { catalogueMatchesStock, stockMatchesOrders } from "./stock";

/** The invariants of the stored data, as in `npm run check`. */
const invariants: Check = ({ snapshot }) =>
	checkInvariants(snapshot).violations.map(({ invariant, subject, what }) => ({ rule: `${invariant} of the snapshot`, subject, what }));

const whileItRan: Check = ({ history }) => [...history.findings];

const JUDGES: readonly Check[] = [
	whileItRan,
	invariants,
	acceptedOrdersExist,
	noUnreportedOrders,
	ordersMatchCarts,
	cartsUsable,
	staffOperationsApplied,
	stockMatchesOrders,
	catalogueMatchesStock,
	paymentsSettled,
	paymentsBelongToOrders,
	notifiedOnce,
	eventsInOrder,
];

/** All violations between replies to clients and stored data. Before the system has settled, some may be transient. */
export const runChecks = (evidence: CheckInput): Finding[] => JUDGES.flatMap((one) => one(evidence));
