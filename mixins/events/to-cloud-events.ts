import type { TObject } from "@sinclair/typebox";
import { rfc3339 } from "@kernel/clock";
import type { EventContract } from "@kernel/contract";
import type { CloudEvent } from "@kernel/cloud-event";
import type { UnpublishedCommit } from "../store/port";

/** Selects the properties that the event's contract declares. All others stay in the journal. */
const publicData = (contract: EventContract, event: Readonly<Record<string, unknown>>): Record<string, unknown> =>
	Object.fromEntries(
		Object.keys((contract.data as TObject).properties).flatMap((key) => (event[key] === undefined ? [] : [[key, event[key]]])),
	);

/** Converts the public events of a commit, those with a contract, to CloudEvents. */
export const toCloudEvents = (
	contracts: ReadonlyMap<string, EventContract>,
	{ kind, id, version, meta, events }: UnpublishedCommit,
): CloudEvent[] =>
	events.flatMap((event, index) => {
		const contract = contracts.get(event.type);
		if (!contract) return [];
		return {
			specversion: "1.0",
			id: `${kind}:${id}:${version}:${index}`,
			source: `/tianguis/${kind}`,
			type: event.type,
			subject: id,
			time: rfc3339(meta.at),
			datacontenttype: "application/json",
			dataschema: `/schemas/events/${event.type}/v${contract.version}`,
			sequence: version,
			correlationid: meta.correlationId,
			causationid: meta.causationId,
			...(meta.traceparent !== undefined && { traceparent: meta.traceparent }),
			data: publicData(contract, event),
		} as const;
	});
