import { dayInBeijing, formatBeijingTime } from '@polysms/core/provider-kit';
import type { VendorAnswer } from '@polysms/simulator';
import type { ActionContext } from './action-context.js';

/** What a phone was sent on one day in Beijing, newest first. */
export function querySendDetails({ account, parameters, write }: ActionContext): VendorAnswer {
  const { settings, world } = account;
  const phone = parameters.get('PhoneNumber') ?? '';
  const day = parameters.get('SendDate') ?? '';
  const pageSize = Number(parameters.get('PageSize'));
  const page = Number(parameters.get('CurrentPage'));
  const isPage = Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= 50 && Number.isInteger(page) && page >= 1;
  if (phone === '' || !/^\d{8}$/.test(day) || !isPage) return write.refuse('isv.INVALID_PARAMETERS');
  const bizId = parameters.get('BizId');
  const listedUntil = world.clock.now() - settings.listedAfterMs;
  const listed = (account.byPhone.get(phone) ?? [])
    .flatMap((id) => account.taken.get(id) ?? [])
    .filter((taken) => dayInBeijing(taken.at) === day && taken.at <= listedUntil)
    .filter((taken) => bizId === undefined || taken.bizId === bizId)
    .reverse();
  const rows = listed.slice((page - 1) * pageSize, page * pageSize).map((taken) => ({
    PhoneNum: phone,
    SendStatus: taken.receipt?.status ?? 1,
    ErrCode: taken.receipt?.code ?? '',
    TemplateCode: taken.template,
    Content: taken.content,
    SendDate: formatBeijingTime(taken.at),
    ...(taken.receipt === undefined ? {} : { ReceiveDate: formatBeijingTime(taken.receipt.at) }),
    ...(taken.outId === undefined ? {} : { OutId: taken.outId }),
  }));
  return write.ok({ TotalCount: String(listed.length), SmsSendDetailDTOs: { SmsSendDetailDTO: rows } });
}
