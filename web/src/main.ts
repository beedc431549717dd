/** Entry of the room page. */
export {};
