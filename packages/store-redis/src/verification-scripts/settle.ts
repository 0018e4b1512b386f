import { subjectScript } from './subject.js';

/** The order is `{id, codes, providers}`. */
export const settleScript = subjectScript(`
local challenge = find(order.id)
if not challenge or challenge.ended then return 'null' end
if #order.codes > 0 then
  setCodes(challenge, order.codes)
  challenge.providers = order.providers
else
  for position, each in ipairs(challenges) do
    if each == challenge then table.remove(challenges, position) break end
  end
end
saveSubject()
return 'null'
`);
