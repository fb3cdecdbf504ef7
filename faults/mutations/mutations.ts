/** A change that introduces a defect into a compiled file. It must match exactly once. Otherwise the program has changed and the mutation must be adapted. */
export interface Edit {
	/** Path of the file in the built program. */
	readonly file: string;
	readonly find: RegExp;
	/** The replacement, in the syntax of String.replace. */
	readonly by: string;
}

/** One process with all services, or a cluster of processes. */
export type Profile = "embedded" | "cluster";

export interface Mutation {
	readonly name: string;
	/** The defect that the mutation introduces. */
	readonly description: string;
	/** The profiles that can detect the defect. A defect between nodes needs a cluster. */
	readonly profile: Profile;
	/** Substring of the fault names that reveal the defect. Set if these faults are too rare in a campaign of a few minutes. */
	readonly only?: string;
	readonly edits: readonly Edit[];
}

const edit = (file: string, find: RegExp, by: string): Edit => ({ file, find, by });

export const MUTATIONS: readonly Mutation[] = [
	{
		name: "answers-before-durable",
		description: "a command is answered before its commit is durable",
		profile: "embedded",
		edits: [
			edit(
				"mixins/actors/actor.js",
				/await (collection\.commit\(this\.id, [^;]*?\))(\s*: isCurrent)/,
				"(void $1.catch(() => undefined), await new Promise((go) => setImmediate(go)), true)$2",
			),
		],
	},
	{
		name: "fresh-payment-key",
		description: "each attempt at the provider has a new idempotency key",
		profile: "embedded",
		edits: [edit("services/payments/provider-calls.js", /key: `\$\{id\}:\$\{what\}`/, "key: `${id}:${what}:${Math.random()}`")],
	},
	{
		name: "lost-release",
		description: "a cancelled order does not release its stock",
		profile: "embedded",
		edits: [edit("services/orders/process-steps.js", /(releaseStock = async \([^)]*\) => \{)\s+await Promise\.all\([^;]*;/, "$1")],
	},
	{
		name: "refund-not-recorded",
		description: "a refund made by the provider is not recorded",
		profile: "embedded",
		edits: [edit("services/payments/provider-calls.js", /await actors\.send\(state\.id, "refund", [^;]*;/, "")],
	},
	{
		name: "capture-without-record",
		description: "a capture is made before it is recorded, so a crash loses the intention",
		profile: "embedded",
		edits: [
			edit("services/orders/domain/commands.js", /captureWanted: capture \? payment\.amount : null/, "captureWanted: null"),
			edit(
				"services/orders/process-steps.js",
				/(const confirmOrder = async \(\{ context, )(write, progress \}\) => \{\s+await [^;]*;)/,
				'$1caller, order, $2 const taken = await (0, contract_1.tryCall)(caller, payments_contract_1.Payments.capture, { paymentId: order.paymentId, amount: order.total }); if (!(0, rejection_1.isRejection)(taken)) await write("recordPayment", { payment: (0, views_1.toPaymentSnapshot)(taken) });',
			),
		],
	},
	{
		name: "consumer-not-idempotent",
		description: "a duplicate event is notified twice",
		profile: "embedded",
		edits: [edit("services/notifications/notification-queue.js", /derivedId\)\("ntf", [^;]*\);/, 'randomId)("ntf");')],
	},
	{
		name: "stale-availability",
		description: "a reservation uses a quantity that is half a second old",
		profile: "embedded",
		edits: [
			edit(
				"services/inventory/domain/stock.js",
				/const reserve = (\([^)]*, state\) => \{)([\s\S]*?)if \(quantity > \(0, exports\.available\)\(state\)\)/,
				"const copies = new Map();\nconst copied = (state) => { const now = performance.now(); const copy = copies.get(state.sku); if (copy && now - copy.at < 500) return copy.units; const units = (0, exports.available)(state); copies.set(state.sku, { at: now, units }); return units; };\nconst reserve = $1$2if (quantity > copied(state))",
			),
		],
	},
	{
		name: "marks-before-publish",
		description: "the relay marks events as published before it publishes them",
		profile: "embedded",
		edits: [edit("mixins/events/relay.js", /(await publish\(left\);)(\s+)(await store\.markPublished\([^;]*;)/, "$3$2$1")],
	},
	{
		name: "own-marks-before-publish",
		description: "a node marks its own commits as published before it publishes them",
		profile: "cluster",
		edits: [
			edit(
				"mixins/events/relay.js",
				/(await publish\(commits\);)\s+marking\.add\(commits\);/,
				"await store.markPublished(commits); $1",
			),
		],
	},
	{
		name: "published-out-of-order",
		description: "the last commit is published half a second before the one that precedes it",
		profile: "cluster",
		edits: [
			edit(
				"mixins/events/own-commits.js",
				/if \(commits\.length > 0\)\s+await publish\(commits\);/,
				"if (commits.length > 0) { const [later, now] = [1, 0].map((rest) => commits.filter(({ version }) => version % 2 === rest)); setTimeout(() => void publish(later).catch(() => undefined), 500); await publish(now); }",
			),
		],
	},
	{
		name: "document-believed",
		description: "a document is assumed to be as new as its journal",
		profile: "cluster",
		edits: [edit("mixins/store/mongo/batched-loader.js", /documents\.form && isLast\(document\) \?/, "documents.form ?")],
	},
	{
		name: "lost-flush",
		description: "waiting documents count as written",
		profile: "embedded",
		edits: [edit("mixins/store/sqlite/late-documents.js", /await file\.write\(\{ first: document\(\), then: \[\] \}\);/, "")],
	},
	{
		name: "key-ignored",
		description: "the gateway ignores Idempotency-Key",
		profile: "embedded",
		edits: [
			edit(
				"services/gateway/pipeline/idempotency.js",
				/(async once\(\{ key[^{]*\{)/,
				'$1 if (key) return run(digest("seed", String(Math.random())));',
			),
		],
	},
	{
		name: "reserved-twice",
		description: "a reservation counts its units twice",
		profile: "embedded",
		edits: [
			edit("services/inventory/domain/stock.js", /state\.reserved \+= event\.quantity;/, "state.reserved += 2 * event.quantity;"),
		],
	},
	{
		name: "cart-completed-first",
		description: "the cart is completed before its order is confirmed",
		profile: "embedded",
		edits: [
			edit(
				"services/orders/domain/checkout-process.js",
				/const forward = \(\{ (reservation[^)]*)\) => \{/,
				'const forward = ({ cartCompleted, $1) => {\n    if (!cartCompleted) return ["completeCart"];',
			),
		],
	},
	{
		name: "nobody-sweeps",
		description: "no recovery sweep resumes the work of a crashed process",
		profile: "embedded",
		edits: [edit("mixins/service/recovery-sweep.js", /const items = await page\(now, pageSize, after\);/, "const items = [];")],
	},
	{
		name: "lease-without-end",
		description: "the lease of an order never ends",
		profile: "embedded",
		edits: [edit("services/orders/domain/lease.js", /exports\.LEASE_MS = [\d_]+;/, "exports.LEASE_MS = Infinity;")],
	},
	{
		name: "line-added-again",
		description: "a line that is repeated after a crash is added twice",
		profile: "embedded",
		edits: [edit("services/carts/domain/cart.js", /state\.additions\.includes\(by\)/, "false")],
	},
	{
		name: "buyer-not-recognised",
		description: "a checkout that is repeated after a crash is refused because its cart is frozen",
		profile: "embedded",
		edits: [
			edit("services/orders/checkout.js", /MAY_BE_ORDERED\.has\(purchase\.rejected\)/, "false"),
			edit("services/carts/checkout.js", /if \(state\.checkout\?\.orderId === orderId\)/, "if (false)"),
		],
	},
	{
		name: "orders-for-all",
		description: "an order is shown to anyone who knows its id",
		profile: "embedded",
		edits: [edit("services/orders/checkout.js", /return given\.length === wanted\.length && [^;]*;/, "return true;")],
	},
	{
		name: "dropped-version-check",
		description: "a commit that lost to another node counts as made",
		profile: "cluster",
		edits: [edit("mixins/actors/actor.js", /if \(!confirmed\)\s+continue;/, "")],
	},
	{
		name: "early-acknowledgement",
		description: "an event is acknowledged before its consumer has handled it",
		profile: "cluster",
		only: "kill people",
		edits: [
			edit(
				"mixins/events/rabbit/index.js",
				/\(\{ body \}\) => handleMessage\(subscription, body\)/,
				"({ body }) => { setTimeout(() => void handleMessage(subscription, body), 1500); return rabbitmq_client_1.ConsumerStatus.ACK; }",
			),
		],
	},
];
