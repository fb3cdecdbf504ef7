/** A fact on its way, as CloudEvents 1.0 with the sequence, correlation and causation extensions. */
export interface CloudEvent<Data = unknown> {
	readonly specversion: "1.0";
	/** The same at every delivery: consumers know a repetition by it. */
	readonly id: string;
	readonly source: string;
	/** Past tense, owned by the publisher: "order.placed". */
	readonly type: string;
	/** The aggregate's id: events of one subject arrive in order. */
	readonly subject: string;
	readonly time: string;
	readonly datacontenttype: "application/json";
	readonly dataschema: string;
	/** The aggregate's version after the commit that holds the event. */
	readonly sequence: number;
	/** The request at the beginning of it all. */
	readonly correlationid: string;
	/** What directly caused it: a request or another event. */
	readonly causationid: string;
	/** W3C, where the cause was traced: the Distributed Tracing extension. */
	readonly traceparent?: string;
	readonly data: Data;
}

/** Who caused a commit and when; stands in the journal beside its events. */
export interface CommitMeta {
	readonly at: number;
	/** An id of a user, "guest", or the name of the process that did it by itself. */
	readonly actor: string;
	readonly correlationId: string;
	readonly causationId: string;
	/** Of the work that made the commit, where it was traced: W3C. */
	readonly traceparent?: string;
}
