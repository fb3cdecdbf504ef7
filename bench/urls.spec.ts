import { portsOf, withDatabase } from "./urls";

test.each([
	["redis://127.0.0.1:6379", [6_379]],
	["amqp://user:secret@127.0.0.1:5672", [5_672]],
	["mongodb://a:1,b:2,c:3/shop?replicaSet=r", [1, 2, 3]],
	["mongodb+srv://host/shop", []],
])("%s names ports", (url, ports) => {
	expect(portsOf(url)).toEqual(ports);
});

test.each([
	["mongodb://a:1,b:2/shop?replicaSet=r", "mongodb://a:1,b:2/x?replicaSet=r"],
	["mongodb://u:p@a:1/shop", "mongodb://u:p@a:1/x"],
	["mongodb://a:1", "mongodb://a:1/x"],
])("%s with another database", (url, expected) => {
	expect(withDatabase(url, "x")).toBe(expected);
});
