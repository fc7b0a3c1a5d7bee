-- 0011: messages in which a key may stand are taken out: that of a header which could not be sent held it whole.
UPDATE questions SET message = 'removed: the message may have held the key'
 WHERE message LIKE '%bearer%' OR message LIKE '%header value%' OR message LIKE '%api key%' OR message LIKE '%sk-%';

UPDATE runs SET message = 'removed: the message may have held the key'
 WHERE message LIKE '%bearer%' OR message LIKE '%header value%' OR message LIKE '%api key%' OR message LIKE '%sk-%';
