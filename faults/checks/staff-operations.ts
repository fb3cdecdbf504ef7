import { actsOn, finding, sum, type Check } from "./check-input";
import type { Finding } from "../history";

const between = (count: number, least: number, most: number): boolean => count >= least && count <= most;

/** Confirmed staff operations took effect exactly once. Rejected ones had no effect. */
export const staffOperationsApplied: Check = ({ history, snapshot }) =>
	snapshot.orders.flatMap(({ id, state }): Finding[] => {
		const cancels = actsOn(history, "cancel", id);
		const refunds = actsOn(history, "refund", id);
		const parcels = actsOn(history, "ship", id);
		const arrived = actsOn(history, "deliver", id).done;
		// A cancellation refunds the rest. That refund is no separate staff operation.
		const own = (state.payment?.refunds ?? []).filter(({ reason }) => reason === "faults" && state.status !== "cancelled");
		const given = sum(own.map(({ amount }) => amount));
		const surely = state.status === "cancelled" ? 0 : sum(refunds.done.map(({ amount }) => amount));
		const atMost = sum([...refunds.done, ...refunds.unclear].map(({ amount }) => amount));
		return [
			cancels.done.length > 0 && state.status !== "cancelled" ? [finding("cancellations are applied", id, `is ${state.status}`)] : [],
			between(given, surely, atMost)
				? []
				: [finding("refunds are applied once", id, `${given} went back, not ${surely} to ${atMost}`)],
			between(state.shipments.length, parcels.done.length, parcels.done.length + parcels.unclear.length)
				? []
				: [
						finding(
							"shipments are created once",
							id,
							`${state.shipments.length} parcels, of ${parcels.done.length} that were answered`,
						),
					],
			arrived
				.filter(({ shipmentId }) => state.shipments.find((parcel) => parcel.id === shipmentId)?.status !== "delivered")
				.map(({ shipmentId }) => finding("deliveries are applied", id, `${shipmentId} is not delivered`)),
		].flat();
	});
