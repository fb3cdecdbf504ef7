import { redactUrl } from "./redact-url";

test.each([
	["redis://localhost:6379", "redis://localhost:6379"],
	["amqp://shop:secret@mq.example:5672/shop", "amqp://mq.example:5672/shop"],
	["amqp://shop:s@cret@mq.example", "amqp://mq.example"],
	["mongodb://u:p@a:27017,b:27017/shop?authSource=admin&password=x", "mongodb://a:27017,b:27017/shop"],
])("%j is shown as %j", (url, shown) => {
	expect(redactUrl(url)).toBe(shown);
});
