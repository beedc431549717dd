/** Entry of every page but the room: what forms and lists do when JavaScript is there. */
export {};
