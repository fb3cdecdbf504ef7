import { finding, type Check } from "./check-input";

/**
 * The first delivery of an event comes after the first deliveries of all earlier events of its aggregate. A repetition may come at any time: consumers
 * ignore it.
 */
export const eventsInOrder: Check = ({ publications }) => {
	const seen = new Set<string>();
	const reached = new Map<string, number>();
	return publications.flatMap(({ id, source, subject, sequence }) => {
		if (seen.has(id)) return [];
		seen.add(id);
		const aggregate = `${source} ${subject}`;
		const before = reached.get(aggregate) ?? 0;
		reached.set(aggregate, Math.max(before, sequence));
		return sequence < before ? [finding("events are published in order", subject, `${id} came after version ${before}`)] : [];
	});
};
