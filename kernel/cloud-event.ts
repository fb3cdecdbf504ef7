/** A published event in CloudEvents 1.0 format, with the sequence, correlation and causation extensions. */
export interface CloudEvent<Data = unknown> {
	readonly specversion: "1.0";
	/** The same at every delivery, so that consumers can detect duplicates. */
	readonly id: string;
	readonly source: string;
	/** Event type in the past tense, defined by the publisher: "order.placed". */
	readonly type: string;
	/** The aggregate's id. Events of one subject are delivered in order. */
	readonly subject: string;
	readonly time: string;
	readonly datacontenttype: "application/json";
	readonly dataschema: string;
	/** The aggregate's version after the commit that holds the event. */
	readonly sequence: number;
	/** The request that started the chain of causes. */
	readonly correlationid: string;
	/** The direct cause: a request or another event. */
	readonly causationid: string;
	/** W3C trace context (Distributed Tracing extension); present if the cause was traced. */
	readonly traceparent?: string;
	readonly data: Data;
}

/** Actor, time and cause of a commit, stored in the journal with its events. */
export interface CommitMeta {
	/** Epoch milliseconds. */
	readonly at: number;
	/** A user id, "guest", "operator", or the name of the background process. */
	readonly actor: string;
	readonly correlationId: string;
	readonly causationId: string;
	/** W3C trace context of the work that made the commit; present if it was traced. */
	readonly traceparent?: string;
}
