import { transitionTableErrors, mermaid, isTransitionAllowed, type Transitions } from "./transitions";

const door: Transitions<"open" | "closed" | "gone", "close" | "open" | "remove"> = {
	open: { close: { to: "closed", emits: "door.closed" } },
	closed: { open: { to: "open", emits: "door.opened" }, remove: { to: "gone", emits: "door.removed" } },
	gone: {},
};

test("a valid table has no errors", () => {
	expect(transitionTableErrors(door, "open")).toEqual([]);
});

test("reports unreachable states and states without a path to a terminal state", () => {
	expect(transitionTableErrors({ ...door, lost: { close: { to: "lost", emits: "door.lost" } } }, "open")).toEqual([
		"lost cannot be reached",
		"lost never ends",
	]);
});

test("allows exactly the transitions of the table", () => {
	expect([
		isTransitionAllowed(door, "open", "close"),
		isTransitionAllowed(door, "open", "remove"),
		isTransitionAllowed(door, "gone", "open"),
	]).toEqual([true, false, false]);
});

test("renders the table as a Mermaid diagram", () => {
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
