import { transitionTableErrors, mermaid, isTransitionAllowed, type Transitions } from "./transitions";

const door: Transitions<"open" | "closed" | "gone", "close" | "open" | "remove"> = {
	open: { close: { to: "closed", emits: "door.closed" } },
	closed: { open: { to: "open", emits: "door.opened" }, remove: { to: "gone", emits: "door.removed" } },
	gone: {},
};

test("a sound table has no faults", () => {
	expect(transitionTableErrors(door, "open")).toEqual([]);
});

test("finds what cannot be reached and what never ends", () => {
	expect(transitionTableErrors({ ...door, lost: { close: { to: "lost", emits: "door.lost" } } }, "open")).toEqual([
		"lost cannot be reached",
		"lost never ends",
	]);
});

test("permits what the table names and nothing else", () => {
	expect([
		isTransitionAllowed(door, "open", "close"),
		isTransitionAllowed(door, "open", "remove"),
		isTransitionAllowed(door, "gone", "open"),
	]).toEqual([true, false, false]);
});

test("is drawn from the table", () => {
	expect(
		mermaid(door, "open")
			.split("\n")
			.map((line) => line.trim()),
	).toEqual([
		"stateDiagram-v2",
		"[*] --> open",
		"open --> closed: close",
		"closed --> open: open",
		"closed --> gone: remove",
		"gone --> [*]",
	]);
});
