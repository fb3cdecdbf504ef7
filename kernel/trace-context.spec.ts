import fc from "fast-check";
import { parseTraceparent, spanIdOf, traceIdOf, formatTraceparent } from "./trace-context";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

const hex = (length: number) =>
	fc
		.array(fc.constantFrom(..."0123456789abcdef".split("")), { minLength: length, maxLength: length })
		.map((all) => all.join(""))
		.filter((text) => !/^0+$/.test(text));

describe("traceparent", () => {
	test("what is written is read", () => {
		fc.assert(
			fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, sampled) => {
				expect(parseTraceparent(formatTraceparent({ traceId, spanId, sampled }))).toEqual({ traceId, spanId, sampled });
			}),
		);
	});

	test.each([
		["the specification's example", `00-${TRACE}-${SPAN}-01`, true],
		["not sampled", `00-${TRACE}-${SPAN}-00`, false],
		["flags that we do not know", `00-${TRACE}-${SPAN}-03`, true],
		["a version to come", `cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, true],
	])("%s", (_, text, sampled) => {
		expect(parseTraceparent(text)).toEqual({ traceId: TRACE, spanId: SPAN, sampled });
	});

	test.each([
		["nothing", undefined],
		["two of them", [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`]],
		["capitals", `00-${TRACE.toUpperCase()}-${SPAN}-01`],
		["no trace", `00-${"0".repeat(32)}-${SPAN}-01`],
		["no span", `00-${TRACE}-${"0".repeat(16)}-01`],
		["a version that is forbidden", `ff-${TRACE}-${SPAN}-01`],
		["more than version 00 has", `00-${TRACE}-${SPAN}-01-more`],
		["too short", `00-${TRACE.slice(1)}-${SPAN}-01`],
		["a line's end", `00-${TRACE}-${SPAN}-01\n`],
		["far too long", `01-${TRACE}-${SPAN}-01-${"x".repeat(200)}`],
	])("is none: %s", (_, text) => {
		expect(parseTraceparent(text)).toBeUndefined();
	});
});

describe("ids of ours", () => {
	test("a UUID names a trace and a span", () => {
		expect(traceIdOf("0af76519-16cd-43dd-8448-eb211c80319c")).toBe(TRACE);
		expect(spanIdOf("b7ad6b71-6920-3331-8448-eb211c80319c")).toBe(SPAN);
	});

	test("so do their own ids", () => {
		expect(traceIdOf(TRACE)).toBe(TRACE);
		expect(spanIdOf(SPAN)).toBe(SPAN);
	});

	test.each(["", "req_1", "orders.sweep", "0".repeat(32)])("%j names none", (id) => {
		expect(traceIdOf(id)).toBeUndefined();
		expect(spanIdOf(id)).toBeUndefined();
	});
});
